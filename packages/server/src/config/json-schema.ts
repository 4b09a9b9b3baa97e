import * as z from 'zod';
import { configSchema } from './schema.ts';

/**
 * The JSON Schema of the file, for editors. Derived from the schema that decides; it can only be more patient, where
 * `${…}` stands for a value that the editor cannot know.
 */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-7',
    // A policy is any JSON to the schema; the engine is who reads it.
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      const { enum: values, pattern, minLength, maxLength } = jsonSchema;
      const limits = Object.entries({ enum: values, pattern, minLength, maxLength }).filter(
        ([, limit]) => limit !== undefined,
      );
      if (jsonSchema.type !== 'string' || limits.length === 0) return;
      for (const key of ['type', 'enum', 'pattern', 'minLength', 'maxLength'] as const)
        delete jsonSchema[key];
      jsonSchema.anyOf = [
        { type: 'string', ...Object.fromEntries(limits) },
        { type: 'string', pattern: VARIABLE },
      ];
    },
  });
  const titled = { title: 'countersign.yaml', ...schema };
  return `${JSON.stringify(titled, null, 2)}\n`;
}

/** What the interpolation takes for a variable. */
const VARIABLE = String.raw`\$\{[^}]+\}`;

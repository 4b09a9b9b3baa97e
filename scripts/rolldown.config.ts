import { fileURLToPath } from 'node:url';
import { defineConfig, type OutputChunk, type Plugin } from 'rolldown';
import { thirdPartyNotices } from './third-party.ts';

/**
 * `npm run build`: the program as a few files (docs/adr/0013-bundle.md). What is loaded lazily in the source stays a
 * file of its own, so that a start reads none of it; the storage thread has an entry of its own, because a thread is
 * started from a file.
 *
 * CommonJS, because an ES module that imports `node:http` makes Node evaluate every name that it exports, one of which
 * is the whole HTTP client behind `fetch`: a tenth of the start. Names and lines are kept: a stack trace has to be read.
 */
const path = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url));

export default defineConfig({
  input: {
    main: path('packages/cli/src/main.ts'),
    'sqlite-worker': path('packages/server/src/storage/engine/sqlite-worker.ts'),
  },
  platform: 'node',
  tsconfig: false,
  resolve: { conditionNames: ['source', 'node', 'import', 'default'] },
  plugins: [notices()],
  output: {
    dir: path('packages/cli/dist'),
    format: 'cjs',
    sourcemap: true,
    // V8 keeps a text in one byte a character when it can.
    charset: 'ascii',
    comments: { legal: true, annotation: false, jsdoc: false },
    entryFileNames: '[name].cjs',
    // Without a hash: a server that runs while the program is built anew still finds what it has not loaded yet.
    chunkFileNames: ({ name, moduleIds }) => `${name === 'src' ? packageOf(moduleIds) : name}.cjs`,
  },
});

/** Whose code a file ends with: the package that the file is for, after what it alone imports. */
function packageOf(moduleIds: readonly string[]): string {
  const own = moduleIds.findLast((id) => /packages.\w+.src/.test(id)) ?? '';
  return /packages.(\w+).src/.exec(own)?.[1] ?? 'shared';
}

function notices(): Plugin {
  return {
    name: 'third-party-notices',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file): file is OutputChunk => file.type === 'chunk');
      const files = chunks.flatMap(({ moduleIds }) => moduleIds).map((id) => id.replaceAll('\\', '/'));
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY.txt', source: thirdPartyNotices(files) });
    },
  };
}

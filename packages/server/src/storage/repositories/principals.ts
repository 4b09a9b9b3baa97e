import {
  isObject,
  type Claims,
  type Json,
  type Membership,
  type Principal,
  type PrincipalKind,
  type Voucher,
} from '@countersign/core';
import { parseJsonColumn, parseOneOf } from './table-shape.ts';

/**
 * The principal of a stored token. It is read strictly, member by member: what comes back from storage opens routes,
 * so a document that was damaged or edited must be a fault and never a principal with something missing.
 */

const KINDS = [
  'organization',
  'team',
  'runner',
  'service',
  'user',
  'administrator',
] as const satisfies readonly PrincipalKind[];

const VOUCHERS = [
  'organization',
  'identity_provider',
  'server',
] as const satisfies readonly Voucher['kind'][];

/** Reads what `JSON.stringify(principal)` wrote; throws for anything else. */
export function parsePrincipal(text: string): Principal {
  const from = object(parseJsonColumn('token.principal', text) as Json);
  const vouchedBy = parseVoucher(object(from['vouchedBy']));
  const kind = parseOneOf('token.principal', KINDS, string(from['kind']));
  switch (kind) {
    case 'organization':
      return { kind, organization: string(from['organization']), admin: boolean(from['admin']), vouchedBy };
    case 'team':
      return { kind, organization: string(from['organization']), team: string(from['team']), vouchedBy };
    case 'runner':
      return { kind, organization: string(from['organization']), runner: string(from['runner']), vouchedBy };
    case 'service':
      return {
        kind,
        organization: string(from['organization']),
        service: string(from['service']),
        vouchedBy,
      };
    case 'user':
      return {
        kind,
        user: string(from['user']),
        ...optional('login', from['login']),
        ...optional('email', from['email']),
        ...optional('name', from['name']),
        groups: strings(from['groups']),
        vouchedBy,
        ...memberships(from['memberships']),
      };
    case 'administrator':
      return { kind, vouchedBy };
  }
}

function parseVoucher(from: Claims): Voucher {
  const kind = parseOneOf('token.principal', VOUCHERS, string(from['kind']));
  switch (kind) {
    case 'organization':
      return { kind, organization: string(from['organization']) };
    case 'identity_provider':
      return { kind, provider: string(from['provider']), organizations: strings(from['organizations']) };
    case 'server':
      return { kind };
  }
}

function memberships(value: Json | undefined): { readonly memberships?: readonly Membership[] } {
  if (value === undefined) return {};
  if (!Array.isArray(value)) return broken();
  return { memberships: value.map((item: Json) => membership(object(item))) };
}

function membership(from: Claims): Membership {
  return {
    organization: string(from['organization']),
    user: string(from['user']),
    login: string(from['login']),
    identity: string(from['identity']),
  };
}

function optional<Name extends string>(name: Name, value: Json | undefined): { [N in Name]?: string } {
  return value === undefined ? {} : ({ [name]: string(value) } as { [N in Name]?: string });
}

function object(value: Json | undefined): Claims {
  return isObject(value) ? value : broken();
}

function string(value: Json | undefined): string {
  return typeof value === 'string' ? value : broken();
}

function boolean(value: Json | undefined): boolean {
  return typeof value === 'boolean' ? value : broken();
}

function strings(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map((item: Json) => string(item)) : broken();
}

function broken(): never {
  throw new Error('storage: token.principal is not a principal');
}

import type { IssuerPreset } from './model.ts';

const STS = '"https://sts.amazonaws.com/"';

/** Amazon: tokens that STS gives an account's own principals, and the service accounts of EKS clusters. */
export const aws: IssuerPreset = {
  name: 'aws',
  title: 'Amazon Web Services',
  issuers: [
    { url: 'https://*.tokens.sts.global.api.aws', shared: false },
    { url: 'https://oidc.eks.*.amazonaws.com/id/*', shared: false },
    { url: 'https://oidc.eks.*.amazonaws.com.cn/id/*', shared: false },
  ],
  owner: [
    { claim: '"kubernetes.io".serviceaccount.uid' },
    { claim: 'sub', begins: /^(?:arn:aws[a-z-]*:[a-z]+::[0-9]{12}:[a-z-]+\/|system:serviceaccount:[^:]+:)/ },
    { claim: '"kubernetes.io".namespace' },
  ],
  immutable: { '"kubernetes.io".serviceaccount.uid': ['"kubernetes.io".serviceaccount.name'] },
  samples: [
    {
      iss: 'https://00000000-0000-4000-8000-00000000ac3e.tokens.sts.global.api.aws',
      aud: 'urn:countersign:org:acme',
      sub: 'arn:aws:iam::123456789012:role/deployer',
      exp: 1_790_000_900,
      iat: 1_790_000_600,
      jti: '00000000-0000-4000-8000-000000000004',
      'https://sts.amazonaws.com/': {
        aws_account: '123456789012',
        source_region: 'eu-west-1',
        org_id: 'o-acme000000',
        ou_path: 'o-acme000000/r-ac00/ou-ac00-00000001/',
        principal_tags: { environment: 'production' },
        request_tags: { 'job-id': 'job-1' },
      },
    },
    {
      iss: 'https://oidc.eks.eu-west-1.amazonaws.com/id/0000000000000000000000000000ACE0',
      aud: ['urn:countersign:org:acme'],
      sub: 'system:serviceaccount:ci:builder',
      exp: 1_790_003_607,
      iat: 1_790_000_000,
      nbf: 1_790_000_000,
      jti: '00000000-0000-4000-8000-000000000005',
      'kubernetes.io': {
        namespace: 'ci',
        node: { name: 'node-1', uid: '00000000-0000-4000-8000-00000000a001' },
        pod: { name: 'builder-1', uid: '00000000-0000-4000-8000-00000000a002' },
        serviceaccount: { name: 'builder', uid: '00000000-0000-4000-8000-00000000a003' },
        warnafter: 1_790_003_600,
      },
    },
  ],
  stranger: { sub: 'arn:aws:iam::123456789012:role/playground' },
  claims: [
    `${STS}.ec2_instance_source_private_ipv4`,
    `${STS}.ec2_instance_source_vpc`,
    `${STS}.ec2_role_delivery`,
    `${STS}.ec2_source_instance_arn`,
    `${STS}.federated_provider`,
    `${STS}.identity_store_user_id`,
    `${STS}.identity_store_arn`,
    `${STS}.lambda_source_function_arn`,
    `${STS}.original_session_exp`,
    `${STS}.principal_id`,
    `${STS}.principal_tags.*`,
    `${STS}.request_tags.*`,
    `${STS}.source_identity`,
  ],
  hints: [
    'An account has its own issuer URL; EKS clusters have one each.',
    'Pin sub to the ARN of one role; aws_account alone lets every role of the account in.',
    'request_tags are chosen by the caller and prove nothing.',
  ],
};

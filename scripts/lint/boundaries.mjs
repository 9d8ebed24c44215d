/** Who may import whom: the tags stand in each project's package.json, the reasons in docs/adr. */

const kernel = 'type:kernel';
const contracts = 'type:contracts';
const platform = 'type:platform';
/** What hosts plugins knows both sides: the platform, and the kit that plugins are made with. */
const hosting = 'type:hosting';
const libraries = [kernel, contracts, 'type:domain', 'type:plugin-sdk', 'type:protocol', platform, hosting];

/** A plugin does its work with its vendor's kit and what its host hands it; it must run in any host, so never with a host's means. */
const hostMeans = ['@nestjs/*', 'typeorm', 'pg', 'graphile-worker', '@nats-io/*', 'nats'];

/** Kinds of plugin that each app hosts; the scope of a plugin is its kind. */
const hostedKinds = {
  gateway: [],
  issuer: ['issuer', 'export'],
  keyvault: ['keystore'],
  acme: ['dns'],
  discovery: ['source'],
  deploy: ['destination', 'export'],
  notify: ['notification', 'metric'],
};

const libraryScopes = [
  'kernel',
  'contracts',
  'authz',
  'pki',
  'policy',
  'plugin-sdk',
  'config',
  'observability',
  'database',
  'messaging',
  'runtime',
  'outbound',
  'plugin-host',
  'tls-probe',
  'revocation-check',
];

const scopes = (names) => names.map((name) => `scope:${name}`);

/** @param {{ forTests: boolean }} where Specs may use the testing libraries as well, and nothing else that their project may not. */
export function boundaries({ forTests }) {
  const testing = forTests ? ['type:testing', 'type:peers'] : [];
  const testTools = forTests ? ['@jest/globals', 'fast-check'] : [];
  const only = (sourceTag, onlyDependOnLibsWithTags, more = {}) => ({
    sourceTag,
    onlyDependOnLibsWithTags: onlyDependOnLibsWithTags.length > 0 ? [...onlyDependOnLibsWithTags, ...testing] : testing,
    ...more,
  });
  return [
    only(kernel, [], { allowedExternalImports: testTools }),
    only(contracts, [kernel], { allowedExternalImports: ['zod', ...testTools] }),
    only('type:domain', [kernel, contracts, 'type:domain'], { bannedExternalImports: [...hostMeans, 'pino', '@opentelemetry/*'] }),
    only('scope:pki', [kernel]),
    only('scope:authz', [kernel, contracts]),
    only('type:plugin-sdk', [kernel, 'scope:pki'], { bannedExternalImports: hostMeans }),
    only('type:vendor', [kernel, 'scope:pki', 'type:plugin-sdk'], { bannedExternalImports: hostMeans }),
    // What is said on a connection that is handed in: services and plugins say the same.
    only('type:protocol', [kernel, 'scope:pki', 'type:plugin-sdk'], { bannedExternalImports: hostMeans }),
    only('type:plugin', [kernel, 'scope:pki', 'type:plugin-sdk', 'type:vendor', 'type:protocol'], { bannedExternalImports: hostMeans }),
    only(platform, [kernel, contracts, platform]),
    only(hosting, [kernel, contracts, platform, 'type:plugin-sdk', hosting]),
    only('scope:outbound', [kernel, 'scope:config', 'type:plugin-sdk']),
    only('type:testing', [kernel, contracts, platform]),
    only('type:peers', [], { bannedExternalImports: hostMeans }),
    only('type:client', [kernel, contracts], { bannedExternalImports: hostMeans }),
    only('type:client-app', [kernel, contracts, 'type:client'], { bannedExternalImports: hostMeans }),
    only('type:app', [...libraries, 'type:plugin']),
    only('type:standalone', [kernel, contracts, platform, 'type:app']),
    only('type:blackbox', [kernel, 'type:blackbox', 'scope:pki'], { bannedExternalImports: ['@nestjs/*', 'typeorm', '@nats-io/*'] }),
    only('scope:e2e', [kernel]),
    ...Object.entries(hostedKinds).map(([app, kinds]) => ({
      allSourceTags: ['type:app', `scope:${app}`],
      onlyDependOnLibsWithTags: [...scopes([...libraryScopes, ...kinds]), ...testing],
    })),
  ];
}

export { describeChecks, type Check } from './check.js';
export { describePlugin, pluginChecks, type GivenOption, type PluginSubject } from './plugin-checks.js';
export { describeExporter, exporterChecks, type ExporterSubject } from './exporter-checks.js';
export { describeIssuer, issuerChecks, testCsr, testRequest, type IssuerSubject } from './issuer-checks.js';
export { generateTestKey, generateTestPublicKey, testContext, type TestContext, type TestContextSettings } from './test-context.js';
export { loopbackOutbound } from './loopback-outbound.js';
export { testNames, testPath, type TestPath } from './test-path.js';
export { describeWith, runPeer, runPeerForBytes } from './peer.js';

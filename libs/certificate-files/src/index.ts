export { CertificatePlace } from './certificate-place.js';
export type { FileRights, FileStore, FoundFile } from './file-store.js';
export { belongsTo, layoutOptions, type FilePlace, type LayoutOptions } from './layout.js';
export { fileStem } from './path-template.js';
export { endpointsOption, servedAt, servedWithinOption } from './served-at.js';
export { stoppableFiles } from './stoppable-files.js';
export { commandedServer, noServer, shownOutput, type CommandResult, type Server } from './server.js';
export { accountOption, commandOption } from './server-options.js';

export { startCluster, type Cluster, type Rule } from './cluster.js';

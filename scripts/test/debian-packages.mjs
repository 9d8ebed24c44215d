/** Programs that the tests hold the product against, and the Debian or Ubuntu package that brings each. */
export const debianPackages = [
  { name: 'openssl', program: 'openssl' },
  { name: 'gnutls-bin', program: 'certtool' },
  { name: 'default-jre-headless', program: 'keytool' },
  { name: 'default-jdk-headless', program: 'javac' },
  { name: 'nginx-light', program: 'nginx' },
  { name: 'nats-server', program: 'nats-server' },
  { name: 'curl', program: 'curl' },
  { name: 'chromium', program: 'chromium' },
  { name: 'kubernetes-client', program: 'kubectl' },
];

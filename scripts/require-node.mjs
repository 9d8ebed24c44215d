// Read by whatever Node is there, however old: plain syntax, no import, and no other file of ours before it.
var wanted = [20, 19];
var found = process.versions.node.split('.').map(Number);

if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  process.stderr.write(
    'Sifaka needs Node.js ' +
      wanted.join('.') +
      ' or newer; this is ' +
      process.versions.node +
      ' (' +
      process.execPath +
      '). Install a current LTS release from https://nodejs.org\n',
  );
  process.exit(1);
}

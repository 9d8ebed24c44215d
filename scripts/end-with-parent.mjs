// npm that is killed with SIGKILL leaves its script running. Whoever started `npm start` takes it for stopped, and the next start finds the port in
// use: a script that npm started therefore ends, in order, when npm is gone.
const parent = process.ppid;
const pollMs = 500;

if (process.env.npm_lifecycle_event !== undefined) {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, pollMs);
  timer.unref();
}

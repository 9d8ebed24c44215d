import { createServer } from 'node:http';

/** A program that is told by webhook. */
export interface Receiver {
  readonly url: string;
  /** Status of every answer. */
  answer: number;
  /** What it was told, in order: the event that the header names, and the body. */
  readonly told: { event: string; content: string }[];
  stop(): Promise<unknown>;
}

/** @param path of its address, such as `/messages` */
export async function startReceiver(path: string): Promise<Receiver> {
  const server = createServer((request, response) => {
    let content = '';
    request.setEncoding('utf8').on('data', (part: string) => (content += part));
    request.once('end', () => {
      receiver.told.push({ event: String(request.headers['x-sifaka-event']), content });
      response.writeHead(receiver.answer, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the receiver does not listen');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${address.port}${path}`,
    answer: 200,
    told: [],
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
  return receiver;
}

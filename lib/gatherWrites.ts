// Makes one write of several that follow each other closely. Used where each write wakes another program: the database's connections, the SMTP door.

/** What it needs of a socket. */
interface Corkable {
  readonly cork: () => void;
  readonly uncork: () => void;
  write: (...given: never[]) => boolean;
}

/** From now on what is written waits for `soon`, which calls back a moment later, and then goes out together. Ending the socket sends it at once. */
export const gatherWrites = (socket: Corkable, soon: (send: () => void) => void): void => {
  const write = socket.write.bind(socket);
  let gathering = false;
  const send = (): void => {
    gathering = false;
    socket.uncork();
  };
  socket.write = (...given) => {
    if (!gathering) {
      gathering = true;
      socket.cork();
      soon(send);
    }
    return write(...given);
  };
};

/** `live` from the first message on: a proxy may open a socket and let nothing through. */
export type Connection = "connecting" | "live" | "polling" | "offline";

/** Pause between two questions while nothing is live. */
export const POLL_MS = 2_000;

interface Options {
  /** Where to connect; asked each time, since it holds where to go on. */
  address: () => string;
  onMessage: (message: unknown) => void;
  /** `again` where it was live before: something may have been missed. */
  onConnection: (connection: Connection, again: boolean) => void;
}

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

/** A WebSocket that comes back by itself, sooner when the page is looked at or the network returns. */
export function openSocket({ address, onMessage, onConnection }: Options): () => void {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let opened = false;
  let ended = false;

  const connect = () => {
    clearTimeout(timer);
    if (ended || socket) return;
    onConnection(navigator.onLine ? "connecting" : "offline", opened);
    const url = new URL(address(), location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const current = new WebSocket(url);
    let live = false;
    socket = current;
    current.onmessage = (event: MessageEvent<string>) => {
      failures = 0;
      if (!live) onConnection("live", opened);
      live = opened = true;
      onMessage(JSON.parse(event.data));
    };
    current.onclose = () => {
      if (socket !== current) return;
      socket = null;
      if (ended) return;
      failures++;
      onConnection(navigator.onLine ? "polling" : "offline", opened);
      const pause = Math.min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE);
      timer = setTimeout(connect, pause * (0.75 + Math.random() / 2));
    };
  };

  const hurry = () => {
    if (!document.hidden && !socket) connect();
  };
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  // Not in the same turn: a component that is mounted, unmounted and mounted again opens one socket, not two.
  timer = setTimeout(connect, 0);
  return () => {
    ended = true;
    clearTimeout(timer);
    removeEventListener("online", hurry);
    document.removeEventListener("visibilitychange", hurry);
    if (socket) end(socket);
  };
}

/** Browsers tell of a socket that is closed before it is open as of a failure; it opens first. */
function end(socket: WebSocket) {
  socket.onmessage = null;
  if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close(1000);
  else socket.close(1000);
}

// @engine Headers Request Response fetch WebSocket CloseEvent EventSource

interface ServeContext {
  waitUntil(promise: Promise<unknown>): void;
  passThroughOnException(): void;
  upgrade(options?: { protocol?: string; headers?: HeadersInit }): Response;
}
interface ServeHandlers {
  fetch(request: Request, env: any, ctx: ServeContext): Response | Promise<Response>;
  websocket?: {
    open?(socket: WebSocket, request: Request): unknown;
    message?(socket: WebSocket, data: string | ArrayBuffer): unknown;
    close?(socket: WebSocket, code: number, reason: string, wasClean: boolean): unknown;
    error?(socket: WebSocket, error: unknown): unknown;
  };
}
declare function serve(handler: ServeHandlers | ServeHandlers["fetch"]): void;
interface WebSocketPair {
  0: WebSocket;
  1: WebSocket & { accept(): void };
}
declare var WebSocketPair: { readonly prototype: WebSocketPair; new (): WebSocketPair };

// What every isolate has beside ECMAScript: the list is that of guest/realm.js and guest/uncaught.js.

// @engine AbortController AbortSignal Blob ByteLengthQueuingStrategy CountQueuingStrategy
// @engine CustomEvent DOMException ErrorEvent Event EventTarget File FileReader FormData
// @engine MessageChannel ProgressEvent PerformanceObserver PerformanceObserverEntryList
// @engine MessageEvent MessagePort Performance PerformanceEntry PerformanceMark
// @engine PerformanceMeasure PromiseRejectionEvent QuotaExceededError
// @engine ReadableByteStreamController ReadableStream ReadableStreamBYOBReader
// @engine ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader
// @engine TransformStream TransformStreamDefaultController URL URLPattern URLSearchParams
// @engine WebAssembly WritableStream WritableStreamDefaultController WritableStreamDefaultWriter
// @engine performance queueMicrotask reportError structuredClone

declare const addEventListener: EventTarget["addEventListener"];
declare const removeEventListener: EventTarget["removeEventListener"];
declare const dispatchEvent: EventTarget["dispatchEvent"];
declare var self: typeof globalThis;
declare var onerror:
  | ((event: Event | string, source?: string, line?: number, column?: number, error?: any) => any)
  | null;
declare var onrejectionhandled: ((event: PromiseRejectionEvent) => any) | null;
declare var onunhandledrejection: ((event: PromiseRejectionEvent) => any) | null;

// The File System Standard (https://fs.spec.whatwg.org/), which the engine has no declarations of.

type FileSystemHandleKind = "file" | "directory";
interface FileSystemHandle {
  readonly kind: FileSystemHandleKind;
  readonly name: string;
  isSameEntry(other: FileSystemHandle): Promise<boolean>;
  move(name: string): Promise<void>;
  move(parent: FileSystemDirectoryHandle, name?: string): Promise<void>;
  remove(options?: { recursive?: boolean }): Promise<void>;
}
declare var FileSystemHandle: { readonly prototype: FileSystemHandle; new (): never };

interface FileSystemFileHandle extends FileSystemHandle {
  readonly kind: "file";
  getFile(): Promise<File>;
  createWritable(
    options?: { keepExistingData?: boolean; mode?: "siloed" | "exclusive" },
  ): Promise<FileSystemWritableFileStream>;
  createSyncAccessHandle(
    options?: { mode?: "readwrite" | "read-only" | "readwrite-unsafe" },
  ): Promise<FileSystemSyncAccessHandle>;
}
declare var FileSystemFileHandle: { readonly prototype: FileSystemFileHandle; new (): never };

interface FileSystemDirectoryHandle extends FileSystemHandle {
  readonly kind: "directory";
  getFileHandle(name: string, options?: { create?: boolean }): Promise<FileSystemFileHandle>;
  getDirectoryHandle(
    name: string,
    options?: { create?: boolean },
  ): Promise<FileSystemDirectoryHandle>;
  removeEntry(name: string, options?: { recursive?: boolean }): Promise<void>;
  resolve(descendant: FileSystemHandle): Promise<string[] | null>;
  entries(): AsyncIterableIterator<
    [string, FileSystemFileHandle | FileSystemDirectoryHandle]
  >;
  keys(): AsyncIterableIterator<string>;
  values(): AsyncIterableIterator<FileSystemFileHandle | FileSystemDirectoryHandle>;
  [Symbol.asyncIterator](): AsyncIterableIterator<
    [string, FileSystemFileHandle | FileSystemDirectoryHandle]
  >;
}
declare var FileSystemDirectoryHandle: {
  readonly prototype: FileSystemDirectoryHandle;
  new (): never;
};

type FileSystemWriteChunk =
  | BufferSource
  | Blob
  | string
  | { type: "write"; position?: number | null; data: BufferSource | Blob | string }
  | { type: "seek"; position: number }
  | { type: "truncate"; size: number };
interface FileSystemWritableFileStream extends WritableStream<FileSystemWriteChunk> {
  write(data: FileSystemWriteChunk): Promise<void>;
  seek(position: number): Promise<void>;
  truncate(size: number): Promise<void>;
}
declare var FileSystemWritableFileStream: {
  readonly prototype: FileSystemWritableFileStream;
  new (): never;
};

interface FileSystemSyncAccessHandle {
  read(buffer: BufferSource, options?: { at?: number }): number;
  write(buffer: BufferSource, options?: { at?: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}
declare var FileSystemSyncAccessHandle: {
  readonly prototype: FileSystemSyncAccessHandle;
  new (): never;
};

interface StorageManager {
  estimate(): Promise<{ usage: number; quota: number }>;
  getDirectory(): Promise<FileSystemDirectoryHandle>;
  persisted(): Promise<boolean>;
}
declare var StorageManager: { readonly prototype: StorageManager; new (): never };
interface Navigator {
  readonly storage: StorageManager;
}
declare var Navigator: { readonly prototype: Navigator; new (): never };
declare var navigator: Navigator;

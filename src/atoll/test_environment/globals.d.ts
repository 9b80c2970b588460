/** What the chains of `describe` and `test` have in common; their names may be combined. */
interface TestModifiers<Define> {
  readonly skip: Define;
  readonly only: Define;
  readonly todo: Define;
  readonly concurrent: Define;
  readonly sequential: Define;
  readonly failing: Define;
  readonly fails: Define;
  skipIf(condition: unknown): Define;
  runIf(condition: unknown): Define;
  if(condition: unknown): Define;
  todoIf(condition: unknown): Define;
  each(
    table: readonly any[] | TemplateStringsArray,
    ...values: any[]
  ): (name: string, fn: (...row: any[]) => unknown, options?: number | TestOptions) => void;
  for(
    table: readonly any[] | TemplateStringsArray,
    ...values: any[]
  ): (name: string, fn: (row: any) => unknown, options?: number | TestOptions) => void;
}

interface TestOptions {
  /** Milliseconds. */
  timeout?: number;
  retry?: number;
  repeats?: number;
  skip?: boolean;
  only?: boolean;
  todo?: boolean;
  fails?: boolean;
  concurrent?: boolean;
}

type TestName = string | number | (abstract new (...args: any) => any) | ((...args: any) => any);

interface DefineTest extends TestModifiers<DefineTest> {
  (name: TestName, fn?: (context: any) => unknown, options?: number | TestOptions): void;
  (name: TestName, options: TestOptions, fn?: (context: any) => unknown): void;
}

interface DefineSuite extends TestModifiers<DefineSuite> {
  (name: TestName, fn?: () => void, options?: number | TestOptions): void;
  (name: TestName, options: TestOptions, fn?: () => void): void;
}

type DefineHook = (fn: (done: (reason?: unknown) => void) => unknown, timeout?: number) => void;

interface Matchers {
  readonly not: Matchers;
  readonly resolves: Matchers;
  readonly rejects: Matchers;
  [matcher: string]: any;
}

interface Expect {
  <T>(actual: T): Matchers;
  readonly not: Record<string, (expected: any) => any>;
  anything(): any;
  any(type: unknown): any;
  assertions(count: number): void;
  hasAssertions(): void;
  extend(matchers: Record<string, (this: any, received: any, ...args: any[]) => unknown>): void;
  soft<T>(actual: T): Matchers;
  poll(fn: () => unknown, options?: { interval?: number; timeout?: number }): Matchers;
  unreachable(message?: string): never;
  [matcher: string]: any;
}

/** A mock function: `mock.calls`, `mockReturnValue` and the rest are Jest's. */
type MockFunction<F extends (...args: any[]) => any = (...args: any[]) => any> =
  & F
  & (new (...args: any[]) => any)
  & { readonly mock: any; [member: string]: any };

/** `jest` and `vi`. */
interface TestTools {
  fn<F extends (...args: any[]) => any>(implementation?: F): MockFunction<F>;
  spyOn(object: object, key: PropertyKey, accessor?: "get" | "set"): MockFunction;
  mocked<T>(value: T): T;
  isMockFunction(value: unknown): boolean;
  useFakeTimers(options?: Record<string, any>): this;
  useRealTimers(): this;
  advanceTimersByTime(milliseconds: number): void;
  advanceTimersByTimeAsync(milliseconds: number): Promise<void>;
  setTimeout(milliseconds: number): this;
  [member: string]: any;
}

declare const describe: DefineSuite;
declare const fdescribe: DefineSuite;
declare const xdescribe: DefineSuite;
declare const suite: DefineSuite;
declare const test: DefineTest;
declare const it: DefineTest;
declare const fit: DefineTest;
declare const xit: DefineTest;
declare const xtest: DefineTest;
declare const beforeAll: DefineHook;
declare const beforeEach: DefineHook;
declare const afterEach: DefineHook;
declare const afterAll: DefineHook;
declare const expect: Expect;
declare const jest: TestTools;
declare const vi: TestTools;
declare function onTestFinished(fn: (result: any) => unknown): void;
declare function onTestFailed(fn: (result: any) => unknown): void;

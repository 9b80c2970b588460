// Press Run. The value of the last line is the result; click on values to unfold them.
const greet = (name) => `Hello, ${name}!`;

console.log(greet("world"));
console.log({ engine: "V8", nested: { list: [1, 2, 3], when: new Date(0) } }, new Set(["a", "b"]));
console.group("A table");
console.table([{ fruit: "apple", price: 3 }, { fruit: "mango", price: 12 }]);
console.groupEnd();
console.warn("%d of %s", 3, "these are warnings");

await new Promise((resolve) => setTimeout(resolve, 300));
[typeof Deno, typeof process, typeof require, new URL("../b?x=1", "https://example.com/a/").href];

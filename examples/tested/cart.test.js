import { beforeEach, describe, expect, test } from "vitest";
import { Cart, format } from "./cart.js";

test.each`
  cents    | currency | text
  ${0}     | ${"EUR"} | ${"€0.00"}
  ${5}     | ${"EUR"} | ${"€0.05"}
  ${12345} | ${"USD"} | ${"$123.45"}
`("$cents cents are $text", ({ cents, currency, text }) => {
  expect(format(cents, currency)).toBe(text);
});

describe("a cart", () => {
  let cart;
  beforeEach(() => {
    cart = new Cart().add("tea", 450).add("cup", 1200, 2);
  });

  test("adds up", () => {
    expect(cart.add("tea", 450).total).toBe(3300);
  });

  test("prints a receipt", () => {
    expect(cart.receipt()).toMatchInlineSnapshot(`
      "1 × tea  €4.50
      2 × cup  €24.00
      Total  €28.50"
    `);
  });

  test.each([-1, 0.5, NaN, "5"])("refuses the price %p", (price) => {
    expect(() => cart.add("odd", price)).toThrow(RangeError);
  });
});

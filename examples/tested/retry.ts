/** Call a function until it succeeds, waiting twice as long after each failure. */
export async function retry<T>(
  attempt: (number: number) => Promise<T>,
  { times = 3, wait = 100 }: { times?: number; wait?: number } = {},
): Promise<T> {
  for (let number = 1;; number++) {
    try {
      return await attempt(number);
    } catch (error) {
      if (number >= times) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait * 2 ** (number - 1)));
  }
}

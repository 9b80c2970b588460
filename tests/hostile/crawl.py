"""Everything that can be reached from some values by properties, accessors and prototypes: how much
that is, and where in it something has a name that only the engine uses."""

from __future__ import annotations

CRAWL = """
(...roots) => {
    const bad = new RegExp("^(op_|Deno$|core$|ops$|internalBinding|primordials$|require$|process$" +
        "|mainModule$|dlopen$)");
    const seen = new Set(), found = [];
    const queue = roots.map((root, i) => [root, `root ${i}`]);
    while (queue.length > 0 && seen.size < 50000) {
        const [value, path] = queue.pop();
        if (value === null || (typeof value !== "object" && typeof value !== "function")) continue;
        if (seen.has(value)) continue;
        seen.add(value);
        queue.push([Object.getPrototypeOf(value), `${path}.__proto__`]);
        for (const key of Reflect.ownKeys(value)) {
            const name = String(key);
            if (typeof key === "string" && bad.test(key)) found.push(`${path}.${name}`);
            let descriptor;
            try { descriptor = Reflect.getOwnPropertyDescriptor(value, key) } catch { continue }
            queue.push([descriptor.get, `get ${path}.${name}`]);
            queue.push([descriptor.set, `set ${path}.${name}`]);
            try { queue.push([value[key], `${path}.${name}`]) } catch {}
        }
    }
    return [seen.size, found];
}
"""

// TypeScript runs as it is; stack traces have its lines.
interface Shape {
  readonly name: string;
  area(): number;
}

class Circle implements Shape {
  readonly name = "circle";
  constructor(private radius: number) {}
  area(): number {
    return Math.PI * this.radius ** 2;
  }
}

enum Unit {
  Metre = "m²",
  Foot = "ft²",
}

const shapes: Shape[] = [new Circle(1), { name: "square", area: () => 4 }];
shapes.map((shape): string => `${shape.name}: ${shape.area().toFixed(2)} ${Unit.Metre}`);

/** What a field holds. `int32` is also every enum's; `map` is from string to string. */
export type Kind = 'string' | 'bytes' | 'bool' | 'uint32' | 'int32' | 'float' | 'double' | 'message' | 'map';

export interface Field {
  readonly name: string;
  readonly number: number;
  readonly kind: Kind;
  readonly repeated: boolean;
  /** The oneof it belongs to. */
  readonly oneof: string | undefined;
  /** The message it holds. */
  readonly of: Schema<unknown> | undefined;
}

/** One message's fields, in the order of their numbers, in which they are written. `T` is what it decodes to. */
export interface Schema<T> {
  readonly fields: readonly Field[];
  readonly byNumber: ReadonlyMap<number, Field>;
  /** Never there: carries `T`. */
  readonly decoded?: T;
}

/** What a message may be made of: any part of it. */
export type Init<T> = T extends string | number | boolean | Uint8Array | undefined
  ? T
  : T extends readonly (infer E)[]
    ? readonly Init<E>[]
    : { readonly [K in keyof T]?: Init<T[K]> | undefined };

/** A field as the generated tables say it. */
export type FieldRow = readonly [name: string, number: number, kind: Kind, more?: FieldMore];

interface FieldMore {
  readonly repeated?: true;
  readonly oneof?: string;
  readonly of?: Schema<unknown>;
}

export function message<T>(rows: readonly FieldRow[]): Schema<T> {
  const fields = rows
    .map(([name, number, kind, { repeated = false, oneof, of } = {}]): Field => ({ name, number, kind, repeated, oneof, of }))
    .sort((a, b) => a.number - b.number);
  return { fields, byNumber: new Map(fields.map((field) => [field.number, field])) };
}

import type { ReactNode } from 'react';
import { count } from '../ui/numbers.ts';
import { type Choice, measuresOf, placesOf, rowCount, rowsOf, type Shape, splitsOf } from './choice.ts';
import type { TabChoice } from './choices.ts';
import type { Drawable } from './useLists.ts';

interface FieldsProps {
  lists: readonly Drawable[];
  list: Drawable;
  choice: Choice;
  onChoose(change: TabChoice): void;
}

const shapes: Record<Shape, string> = { line: 'Line', bar: 'Bar', table: 'Table' };

/** Where a viewer says what is drawn, and how. */
export function Fields({ lists, list, choice, onChoose }: FieldsProps) {
  const { shape, x, y, split } = choice;
  const toggle = (path: string) =>
    onChoose({ y: y.includes(path) ? y.filter((other) => other !== path) : [...y, path] });
  return (
    <div className="chart-fields">
      <fieldset className="chart-shapes">
        <legend className="unseen">Kind of chart</legend>
        {Object.entries(shapes).map(([value, name]) => (
          <Toggle key={value} isOn={shape === value} onPress={() => onChoose({ shape: value as Shape })}>
            {name}
          </Toggle>
        ))}
      </fieldset>
      {lists.length > 1 && (
        <Pick label="List" value={list.name} onPick={(name) => onChoose({ list: name })}>
          {lists.map(({ name, columns }) => (
            <option key={name} value={name}>
              {name} ({count(rowsOf(columns))})
            </option>
          ))}
        </Pick>
      )}
      {shape !== 'table' && (
        <>
          <Pick label="x" value={x} onPick={(path) => onChoose({ x: path })}>
            {placesOf(list.columns).map(({ path }) => (
              <option key={path}>{path}</option>
            ))}
          </Pick>
          <Pick label="Split by" value={split} onPick={(path) => onChoose({ split: path })}>
            <option value="">nothing</option>
            {splitsOf(list.columns, x).map(({ path }) => (
              <option key={path}>{path}</option>
            ))}
          </Pick>
          <span aria-hidden="true">y</span>
          <fieldset className="chart-y">
            <legend className="unseen">y</legend>
            {measuresOf(list.columns, x).map(({ path }) => (
              <Toggle key={path} isOn={y.includes(path)} onPress={() => toggle(path)}>
                {path}
              </Toggle>
            ))}
            <Toggle isOn={y.includes(rowCount)} onPress={() => toggle(rowCount)}>
              number of rows
            </Toggle>
          </fieldset>
        </>
      )}
    </div>
  );
}

function Toggle({ isOn, onPress, children }: { isOn: boolean; onPress(): void; children: ReactNode }) {
  return (
    <button type="button" className="chart-toggle" aria-pressed={isOn} onClick={onPress}>
      {children}
    </button>
  );
}

interface PickProps {
  label: string;
  value: string;
  onPick(value: string): void;
  children: ReactNode;
}

function Pick({ label, value, onPick, children }: PickProps) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => onPick(event.currentTarget.value)}>
        {children}
      </select>
    </label>
  );
}

import { Button } from '@graphiql/react';
import { useOpenTab } from '../ui/useOpenTab.ts';

const firstSpace = `mutation {
  saveSpace(input: { id: "hall", name: "Hall" }) { position }
  saveDoorway(input: { id: "hall-door", name: "Door of the hall", ingress: "hall" }) { position }
  saveDpu(input: { id: "hall-sensor", doorway: "hall-door" }) { position }
}
`;

/** What to do about it. */
export function NoSpaces() {
  const open = useOpenTab();
  return (
    <>
      <p>
        There are no spaces yet. Save a space, a doorway that leads into it, and the sensor (DPU) that hangs over the
        doorway; then ask for the spaces again. <code>npm start</code> brings a building of its own to try things out.
      </p>
      <div className="row">
        <Button type="button" onClick={() => open({ query: firstSpace })}>
          Open mutations for a first space
        </Button>
      </div>
    </>
  );
}

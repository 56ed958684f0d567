import { Pane } from '../ui/Pane.tsx';

export default function EventLogPane() {
  return <Pane title="Event log">Soon.</Pane>;
}

import { Pane } from '../ui/Pane.tsx';

export default function Topics() {
  return <Pane title="Topics">Soon.</Pane>;
}

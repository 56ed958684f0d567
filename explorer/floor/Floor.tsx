import { Pane } from '../ui/Pane.tsx';

export default function Floor() {
  return <Pane title="Floor">Soon.</Pane>;
}

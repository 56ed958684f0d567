/**
 * GraphiQL calls each of its tabs a tab, and puts two buttons into it: one shows, one closes. A tab must not hold
 * buttons, so those who listen cannot tell what it is. This makes of them what they are, a list of buttons, the one that
 * is shown being the current one, whenever GraphiQL has drawn them.
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
 */
export function sayWhatTabsAre(explorer: HTMLElement): void {
  const say = () => {
    for (const list of explorer.querySelectorAll('.graphiql-tabs')) list.removeAttribute('role');
    for (const item of explorer.querySelectorAll('.graphiql-tab[aria-selected]')) {
      const button = item.querySelector('.graphiql-tab-button')!;
      button.setAttribute('aria-current', item.getAttribute('aria-selected')!);
      button.removeAttribute('aria-controls');
      item.removeAttribute('role');
      item.removeAttribute('aria-selected');
    }
    explorer.querySelector('[role="tabpanel"]')?.setAttribute('role', 'group');
  };
  new MutationObserver(say).observe(explorer, { subtree: true, childList: true, attributeFilter: ['aria-selected'] });
  say();
}

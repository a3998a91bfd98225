"""axe-core in a page of the browser: the rules of WCAG 2.2 A and AA."""

from pathlib import Path

from playwright.sync_api import Page

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`));
}"""


def faults_of(page: Page) -> list[str]:
    """The serious and critical findings on a page, each with the element; none is wanted.

    The script is evaluated by the debugger, so that a page's content security policy stays as it is.
    """
    page.evaluate(f"() => {{ {_AXE.read_text('utf-8')} }}")
    found: list[str] = page.evaluate(_RUN)
    return found

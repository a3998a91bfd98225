import { ReactWidget, type LabIcon } from '@jupyterlab/ui-components';
import { Component, type ErrorInfo, type ReactElement, type ReactNode } from 'react';

/** What a side panel needs to be told. */
export interface PanelOptions {
  readonly id: string;
  readonly title: string;
  readonly icon: LabIcon;
  readonly className: string;
  readonly render: () => ReactElement;
  /** CSS selector of the field that has the focus when a person asks for the panel. */
  readonly firstField?: string;
  /** Called with true when the panel comes into view and false when it goes. */
  readonly onVisible?: (visible: boolean) => void;
}

/** A side panel drawn by React; a fault inside stays inside. */
export class ReactPanel extends ReactWidget {
  constructor(private readonly options: PanelOptions) {
    super();
    this.id = options.id;
    this.title.icon = options.icon;
    this.title.caption = options.title;
    this.addClass(options.className);
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', options.title);
    this.node.tabIndex = -1;
  }

  protected override render(): ReactElement {
    return <Contained title={this.options.title}>{this.options.render()}</Contained>;
  }

  protected override onAfterShow(): void {
    this.options.onVisible?.(true);
  }

  protected override onActivateRequest(): void {
    const { firstField } = this.options;
    const field = firstField ? this.node.querySelector<HTMLElement>(firstField) : null;
    (field ?? this.node).focus();
  }

  protected override onBeforeHide(): void {
    this.options.onVisible?.(false);
  }
}

interface ContainedProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** Shows a sentence and a way on where a panel's drawing failed, instead of an empty page. */
export class Contained extends Component<ContainedProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(`EOHub: ${this.props.title} could not be drawn`, error, info.componentStack);
  }

  override render(): ReactNode {
    if (!this.state.failed) {
      return this.props.children;
    }
    return (
      <div role="alert" className="eohub-Contained">
        <p>{this.props.title} could not be drawn.</p>
        <button
          type="button"
          className="jp-mod-styled"
          onClick={() => this.setState({ failed: false })}
        >
          Draw it again
        </button>
      </div>
    );
  }
}

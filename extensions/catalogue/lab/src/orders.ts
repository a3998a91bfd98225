import { problemOf, type Problem } from '@eohub/toolkit/lib/problem';
import { Store } from '@eohub/toolkit/lib/store';
import { Retries, type Clock } from './retries';
import type { CatalogueSearch } from './search';
import type { ICatalogueClient, ItemSummary, Order, OrderList, OrderQuery } from './tokens';

const LOOK = 'look';
const LOOK_MS = 3000;
const LONGEST_TITLE = 300;
const UNDER_WAY: ReadonlySet<Order['state']> = new Set(['placing', 'ordered', 'shipping']);

/** What a person has ordered. */
export interface OrdersState {
  readonly orders: readonly Order[];
  readonly note: string | null;
  readonly problem: Problem | null;
}

export const NO_ORDERS: OrdersState = { orders: [], note: null, problem: null };

/** Whether an order is not over, so that it is looked at again. */
export function isUnderWay({ state }: Order): boolean {
  return UNDER_WAY.has(state);
}

/** What only the browser can do for orders. */
export interface OrderDesk {
  /** Whether a person wants to order once more what was, or may have been, ordered before. */
  again(problem: Problem): Promise<boolean>;
  /** Tell that an order is over. */
  told(order: Order): void;
}

/** Orders, which the server keeps and asks for; here they are looked at while one of them is under way. */
export class Orders {
  readonly store = new Store<OrdersState>(NO_ORDERS);
  private readonly looks: Retries;

  constructor(
    private readonly client: ICatalogueClient,
    private readonly search: CatalogueSearch,
    private readonly desk: OrderDesk,
    clock: Clock
  ) {
    this.looks = new Retries(clock);
  }

  /** List them. */
  async load(): Promise<void> {
    await this.look();
  }

  /** Order an item's data, and show how far that is. */
  async order(item: ItemSummary): Promise<void> {
    const { catalogue, collection, id, offer } = item;
    if (offer !== null) {
      const title = item.title.slice(0, LONGEST_TITLE);
      await this.place({ catalogue, collection, item: id, title, offer, again: false });
    }
  }

  /** Order once more what was refused, or what nobody knows of. */
  async retry({ item, title, offer }: Order): Promise<void> {
    await this.place({ ...item, collection: item.collection ?? null, title, offer, again: false });
  }

  /** Ask for an order now, and go on asking for it. */
  async watch(id: string): Promise<void> {
    await this.attempt(() => this.client.watchOrder(id));
  }

  /** Ask for it no more. */
  async stopWatching(id: string): Promise<void> {
    await this.attempt(() => this.client.stopWatchingOrder(id));
  }

  /** Forget an order; its catalogue goes on with it. */
  async forget(id: string): Promise<void> {
    await this.attempt(() => this.client.forgetOrder(id));
  }

  private async place(query: OrderQuery): Promise<void> {
    this.search.fold('orders', true);
    const problem = await this.attempt(() => this.client.placeOrder(query));
    if (problem?.code === 'ordered_before') {
      this.store.patch({ problem: null });
      if (await this.desk.again(problem)) {
        await this.attempt(() => this.client.placeOrder({ ...query, again: true }));
      }
    }
  }

  private async attempt(action: () => Promise<unknown>): Promise<Problem | null> {
    this.store.patch({ problem: null });
    try {
      await action();
    } catch (error) {
      const problem = problemOf(error);
      this.store.patch({ problem });
      return problem;
    }
    await this.look();
    return null;
  }

  /** One that fails is repeated, and leaves what is said of other things. */
  private async look(attempt = 0): Promise<void> {
    try {
      this.take(await this.client.orders());
    } catch (error) {
      const problem = problemOf(error);
      const again = () => void this.look(attempt + 1);
      if (this.looks.later(LOOK, problem, attempt, again) === null) {
        this.store.patch({ problem });
      }
    }
  }

  private take({ orders, note }: OrderList): void {
    const before = this.store.get().orders.filter(isUnderWay);
    this.store.patch({ orders, note });
    this.looks.drop(LOOK);
    if (orders.some(isUnderWay)) {
      this.looks.soon(LOOK, LOOK_MS, () => void this.look());
    }
    for (const each of orders) {
      if (!isUnderWay(each) && before.some(({ id }) => id === each.id)) {
        this.desk.told(each);
      }
    }
  }
}

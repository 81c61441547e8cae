// HTTP for brands, channels and topics. server/app.ts joins them to the other routes.
import { seesBrand } from "#contract/actor.ts";
import { brands } from "#contract/brands.ts";
import { answer, type Route } from "#contract/endpoint.ts";
import {
  addChannel,
  changeBrand,
  changeChannel,
  changeCost,
  changeTopic,
  channelSettings,
  createBrand,
  createTopic,
  removeTopic,
  testChannel,
} from "#modules/brands/actions.ts";
import type { ChannelKinds } from "#modules/brands/model.ts";
import { allBrands, allChannels, allTopics, kindsWithCosts } from "#modules/brands/reads.ts";
import type { World } from "#platform/world.ts";

type W = World & { readonly channelKinds: ChannelKinds };

/** Routes of brands. An agent sees the brands they serve and those brands' channels. */
export const brandRoutes: readonly Route<W>[] = [
  answer<W, typeof brands.list>(brands.list, async (world, who) =>
    (await allBrands(world.db)).filter((brand) => seesBrand(who, brand.id)),
  ),
  answer<W, typeof brands.create>(brands.create, (world, who, { body }) => createBrand(world, who, body)),
  answer<W, typeof brands.change>(brands.change, (world, who, { params, body }) =>
    changeBrand(world, who, params.id, body),
  ),
  answer<W, typeof brands.channels>(brands.channels, async (world, who) =>
    (await allChannels(world.db)).filter((channel) => seesBrand(who, channel.brandId)),
  ),
  answer<W, typeof brands.channelKinds>(brands.channelKinds, kindsWithCosts),
  answer<W, typeof brands.changeCost>(brands.changeCost, (world, who, { params, body }) =>
    changeCost(world, who, { kind: params.kind, cents: body.cents }),
  ),
  answer<W, typeof brands.channelSettings>(brands.channelSettings, (world, _who, { params }) =>
    channelSettings(world, params.id),
  ),
  answer<W, typeof brands.addChannel>(brands.addChannel, (world, who, { body }) => addChannel(world, who, body)),
  answer<W, typeof brands.changeChannel>(brands.changeChannel, (world, who, { params, body }) =>
    changeChannel(world, who, params.id, body),
  ),
  answer<W, typeof brands.testChannel>(brands.testChannel, (world, who, { body }) => testChannel(world, who, body)),
  answer<W, typeof brands.topics>(brands.topics, (world) => allTopics(world.db)),
  answer<W, typeof brands.createTopic>(brands.createTopic, (world, who, { body }) => createTopic(world, who, body)),
  answer<W, typeof brands.changeTopic>(brands.changeTopic, (world, who, { params, body }) =>
    changeTopic(world, who, params.id, body),
  ),
  answer<W, typeof brands.removeTopic>(brands.removeTopic, (world, who, { params }) =>
    removeTopic(world, who, params.id),
  ),
];

// What the customer said of how a concern was settled: short at the concern's head, whole in its thread. Called by ConcernHeader and Thread.
import type { Rating } from "#contract/ratings.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { When } from "#web/kit/Marks.tsx";
import { useRating } from "#web/screens/concerns/useRating.ts";
import { t } from "#web/state/words.ts";

const scoreWords = ({ score, of }: Rating): string => {
  if (score === null) return t("ratings.asked");
  return of === null ? t("ratings.given", { score }) : t("ratings.ofMerged", { score, number: of });
};

export const RatingLine = ({ id }: { readonly id: string }) => {
  const rating = useRating(id);
  if (rating === null) return null;
  return (
    <p className="concern-rating" data-bad={(rating.score !== null && rating.score <= 2) || undefined}>
      <Icon name="star" size="small" />
      <span>{scoreWords(rating)}</span>
      {rating.text === "" ? null : <q dir="auto">{rating.text}</q>}
    </p>
  );
};

/** Between the messages, where it was said. */
export const RatingSaid = ({
  rating,
  at,
  who,
}: {
  readonly rating: Rating;
  readonly at: string;
  readonly who: string;
}) => (
  <div className="rating-said">
    <p>
      <Icon name="star" size="small" />
      {t("ratings.line", { who, score: rating.score ?? 0 })}
      <small>
        <When at={at} />
      </small>
    </p>
    {rating.text === "" ? null : <blockquote dir="auto">{rating.text}</blockquote>}
  </div>
);

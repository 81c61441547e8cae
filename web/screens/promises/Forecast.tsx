// What rules would have made of the concerns of the last 30 days, as a table, when somebody asks. Called by AdminPromises and RuleForm.
import { promises as endpoints } from "#contract/promises.ts";
import type { Forecast, PromiseRule } from "#contract/promises.ts";
import { promiseKinds } from "#contract/promise-state.ts";
import { AskingState, CancelAsking, useAsking } from "#web/kit/Asking.tsx";
import { Button } from "#web/kit/Button.tsx";
import { call } from "#web/state/client.ts";
import { number, t } from "#web/state/words.ts";

export const ForecastCard = ({ rules }: { readonly rules: readonly PromiseRule[] }) => {
  const asking = useAsking<Forecast>(JSON.stringify(rules));
  const forecast = asking.told;
  const ask = (): void => asking.ask((signal) => call(endpoints.forecast, { body: { rules: [...rules] } }, signal));
  return (
    <section className="card promise-forecast">
      <h2>{t("promises.forecast")}</h2>
      <p className="card-words">{t("promises.forecastHint")}</p>
      {forecast === null ? (
        <>
          <div className="promise-ask">
            <Button onPress={ask}>{t("promises.forecastAsk")}</Button>
            <CancelAsking asking={asking} />
          </div>
          <AskingState asking={asking} label={t("promises.forecastAsking")} />
        </>
      ) : (
        <div aria-live="polite">
          <table className="promise-table">
            <thead>
              <tr>
                <th scope="col">{t("promises.forecastWhat")}</th>
                <th scope="col">{t("promises.forecastKept")}</th>
                <th scope="col">{t("promises.forecastMissed")}</th>
                <th scope="col">{t("promises.forecastRunning")}</th>
              </tr>
            </thead>
            <tbody>
              {promiseKinds.map((kind) => (
                <tr key={kind}>
                  <th scope="row">{t(`promises.kinds.${kind}`)}</th>
                  <td>{number(forecast[kind].kept)}</td>
                  <td>{number(forecast[kind].missed)}</td>
                  <td>{number(forecast[kind].running)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <ul className="promise-fits">
            {rules.map((rule, index) => (
              <li key={rule.id}>
                {rule.name}: {t("promises.fits", { count: forecast.fits[index] ?? 0 })}
              </li>
            ))}
          </ul>
          <p className="card-words">
            {t("promises.forecastLooked", { count: forecast.looked })} {forecast.more ? t("promises.forecastMore") : ""}
          </p>
        </div>
      )}
    </section>
  );
};

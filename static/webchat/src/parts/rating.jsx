import { useState } from "preact/hooks";
import { post } from "../api.js";
import { keepConversation } from "../state.js";
import { t } from "../words.js";
import { Icon } from "./icon.jsx";

/** Five stars after the end; rating opens nothing again. */
export function Rating({ talk }) {
  const [stars, setStars] = useState(0);
  const [comment, setComment] = useState("");
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  if (talk.rating) {
    return (
      <p class="rated" role="status">
        {t.thanks}
      </p>
    );
  }
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      keepConversation((await post("avaliacao/", { conversation: talk.id, rating: stars, comment })).conversation);
    } catch (refusal) {
      if (refusal.code === "ja_avaliado") keepConversation({ ...talk, can_rate: false, rating: stars });
      else setProblem(refusal.message || t.problem);
    }
    setBusy(false);
  };
  return (
    <form class="rating" onSubmit={send}>
      <fieldset>
        <legend>{t.rate}</legend>
        <div class="stars">
          {t.stars.map((label, at) => (
            <label key={label} class={at < stars ? "on" : ""} title={label}>
              <input
                type="radio"
                name="nota"
                value={at + 1}
                checked={stars === at + 1}
                onChange={() => setStars(at + 1)}
              />
              <span class="only-readers">{label}</span>
              <Icon name="star" />
            </label>
          ))}
        </div>
        <p class="star-word" aria-hidden="true">
          {t.stars[stars - 1] ?? "\u00a0"}
        </p>
      </fieldset>
      {stars > 0 && (
        <>
          <textarea
            rows={2}
            maxLength={1000}
            value={comment}
            aria-label={t.comment}
            placeholder={t.comment}
            onInput={(event) => setComment(event.target.value)}
          />
          {problem && (
            <p class="problem" role="alert">
              {problem}
            </p>
          )}
          <button type="submit" class="button" disabled={isBusy}>
            {t.sendRating}
          </button>
        </>
      )}
    </form>
  );
}

-- Whoever is told by mail about their own concerns is told about those they follow, too, until they say otherwise. Owned by agents.
UPDATE agent SET preferences = jsonb_build_object('followedByMail', coalesce((preferences ->> 'notifyByMail')::boolean, false)) || preferences;

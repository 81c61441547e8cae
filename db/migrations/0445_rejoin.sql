-- How long an agent's device that broke off may come back is a rule of a telephone (contract/call-rules.ts): those that are there have what new ones begin with.
UPDATE channel SET settings = jsonb_set(settings, '{rules,rejoinSeconds}', '15')
 WHERE kind = 'phone' AND settings ? 'rules' AND NOT settings->'rules' ? 'rejoinSeconds';

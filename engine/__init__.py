"""Who holds which access package, who may decide that, and until when.

`engine.domain` is the pure half: values and rules, no await, no clock, no database. Everything
that is true about entitlement management in Usher can be read there. `engine.application` is the
asynchronous half: the one door for writes (`service`), what a rule needs to know (`facts`), the
reads (`queries`), and the workers that make true outside what is true in the database.

Reading order: domain/people, catalogs, policies, eligibility, stages, assignment_requests,
assignments, holdings, conversation; then application/ports, service, facts, worker.
"""

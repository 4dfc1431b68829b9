"""Who may do what: accounts, users, groups, policies, projects, keys, tokens, traces."""

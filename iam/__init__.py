"""Identity and access management: accounts, users, groups, policies, projects, keys, tokens, traces."""

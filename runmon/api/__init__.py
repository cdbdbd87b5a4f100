"""HTTP to a server of Apify's shape: one client, one transport, one place where its errors become ours."""

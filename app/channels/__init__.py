"""The channels' durable side: accounts with sealed secrets, the inbox, and the desk that answers and sends."""

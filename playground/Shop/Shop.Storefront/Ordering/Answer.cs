namespace Shop.Storefront.Ordering;

/// <summary>What orders answered, and which of its replicas did, keeping its orders where.</summary>
internal sealed record Answer<T>(T Value, string Replica, string Storage);

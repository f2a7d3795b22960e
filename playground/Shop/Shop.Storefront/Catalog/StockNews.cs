namespace Shop.Storefront.Catalog;

/// <param name="Live">Whether changes arrive at present; <see langword="null"/>: as before.</param>
/// <param name="Levels">New levels by product.</param>
internal sealed record StockNews(bool? Live, IReadOnlyDictionary<string, int> Levels);

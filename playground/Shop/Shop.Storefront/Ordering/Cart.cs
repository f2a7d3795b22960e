using System.Globalization;

namespace Shop.Storefront.Ordering;

/// <summary>What the customer has in hand: a cookie of names and numbers, <c>kettle.1~mug.4</c>. Prices are inventory's.</summary>
internal sealed class Cart
{
    private const string Cookie = "cart";
    private const int MostOfOne = 99;
    private const int MostLines = 50;

    private readonly SortedDictionary<string, int> _lines = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, int> Lines => _lines;

    public int Count => _lines.Values.Sum();

    public static Cart From(HttpRequest request)
    {
        var cart = new Cart();
        foreach (var line in (request.Cookies[Cookie] ?? string.Empty).Split('~', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('.') is [var sku, var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var quantity))
            {
                cart.Set(sku, quantity);
            }
        }

        return cart;
    }

    public void Add(string sku) => Set(sku, _lines.GetValueOrDefault(sku) + 1);

    public void Set(string sku, int quantity)
    {
        if (quantity <= 0)
        {
            _lines.Remove(sku);
        }
        else if (IsName(sku) && (_lines.ContainsKey(sku) || _lines.Count < MostLines))
        {
            _lines[sku] = Math.Min(quantity, MostOfOne);
        }
    }

    public void Clear() => _lines.Clear();

    public void Save(HttpResponse response)
    {
        if (_lines.Count == 0)
        {
            response.Cookies.Delete(Cookie);
            return;
        }

        var text = string.Join('~', _lines.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Key}.{l.Value}")));
        response.Cookies.Append(Cookie, text, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = TimeSpan.FromDays(7) });
    }

    private static bool IsName(string sku) => sku.Length is > 0 and <= 40 && sku.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}

using System.Globalization;

namespace Shop.Storefront.Web;

internal static class Money
{
    /// <summary>Cents as people write them: <c>€ 74.00</c>, with a space that does not break.</summary>
    public static string Euro(long cents) => string.Create(CultureInfo.InvariantCulture, $"€\u00a0{cents / 100m:0.00}");
}

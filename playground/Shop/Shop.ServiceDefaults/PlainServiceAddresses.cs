using System.Collections;
using Microsoft.Extensions.Configuration;

namespace Shop.ServiceDefaults;

/// <summary>
/// Lets service discovery find <c>ORDERS_HTTP=http://…</c> where <c>services__orders__http__0</c> is not set:
/// the short names are easier to type in a shell.
/// </summary>
internal static class PlainServiceAddresses
{
    public static void AddPlainServiceAddresses(this IConfigurationManager configuration)
    {
        var found = new Dictionary<string, string?>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var (name, value) = ((string)variable.Key, (string?)variable.Value);
            var split = name.LastIndexOf('_');
            if (split > 0 && name[(split + 1)..] is "HTTP" or "GRPC" && Uri.TryCreate(value, UriKind.Absolute, out _))
            {
                var service = name[..split].ToLowerInvariant().Replace('_', '-');
                var key = $"services:{service}:{name[(split + 1)..].ToLowerInvariant()}:0";
                if (configuration[key] is null)
                {
                    found[key] = value;
                }
            }
        }

        configuration.AddInMemoryCollection(found);
    }
}

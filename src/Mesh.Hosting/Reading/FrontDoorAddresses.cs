using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Reading;

/// <summary>Addresses of front doors, and whose they are: a text that somebody made of one is understood as what it was made of.</summary>
/// <param name="byPort">The endpoints by the port of their front door.</param>
internal sealed partial class FrontDoorAddresses(ImmutableDictionary<int, EndpointReference> byPort)
{
    /// <summary>An expression that says the same with endpoints in the place of their addresses; the value itself where it has none.</summary>
    public object Read(object value) => value switch
    {
        int port when byPort.TryGetValue(port, out var endpoint) => endpoint.Property(EndpointProperty.Port),
        string text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && byPort.TryGetValue(port, out var endpoint) => endpoint.Property(EndpointProperty.Port),
        string text => Expression(text) ?? value,
        _ => value,
    };

    private ReferenceExpression? Expression(string text)
    {
        var builder = new ReferenceExpressionBuilder();
        var at = 0;
        foreach (Match address in Address().Matches(text))
        {
            if (int.TryParse(address.Groups["port"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && byPort.TryGetValue(port, out var endpoint))
            {
                builder.AppendLiteral(Escaped(text[at..address.Index]));
                builder.AppendValueProvider(endpoint.Property(EndpointProperty.HostAndPort));
                at = address.Index + address.Length;
            }
        }

        if (at == 0)
        {
            return null;
        }

        builder.AppendLiteral(Escaped(text[at..]));
        return builder.Build();
    }

    // The builder takes its text as a format.
    private static string Escaped(string text) => text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);

    [GeneratedRegex(@"(?<![\w.-])(?:localhost|127\.0\.0\.1):(?<port>[0-9]{1,5})(?![0-9])")]
    private static partial Regex Address();
}

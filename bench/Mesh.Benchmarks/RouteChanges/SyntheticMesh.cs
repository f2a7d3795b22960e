using System.Globalization;
using System.Text;
using Mesh.Benchmarks.Certificates;
using Mesh.Model.Topology;

namespace Mesh.Benchmarks.RouteChanges;

/// <summary>Services that each call the first one and their neighbours.</summary>
internal sealed record SyntheticMesh(int Services, int Upstreams)
{
    /// <summary>The document that the rounds change: every caller of the first service is concerned.</summary>
    public const string RouteName = "moved";

    /// <summary>What a redirect's host name ends with; in front of it stands when the change began.</summary>
    public const string HostSuffix = ".moved.bench";

    /// <summary>The port whose route changes.</summary>
    public static PortRef Changed => Port(0);

    public static string Name(int service) => string.Create(CultureInfo.InvariantCulture, $"s{service}");

    public static LeafFiles Leaf(string folder, int service) => new(folder, Name(service));

    public static PortRef Port(int service) => new(new ServiceId("bench", Name(service)), "http");

    /// <summary>Whom a service calls.</summary>
    public IEnumerable<int> Called(int service) =>
        Enumerable.Range(0, Upstreams).Select(i => i == 0 ? 0 : (service + i) % Services).Distinct().Where(called => called != service);

    /// <summary>Every service, as one file of documents.</summary>
    public string Topology()
    {
        var text = new StringBuilder();
        for (var service = 0; service < Services; service++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                ---
                apiVersion: mesh.dev/v1alpha1
                kind: Service
                metadata: { name: {{Name(service)}}, namespace: bench }
                spec:
                  ports: [{ name: http, protocol: http }]
                  uses: [{{string.Join(", ", Called(service).Select(Name))}}]

                """);
        }

        return text.ToString();
    }

    /// <summary>A route that sends every request for the first service elsewhere: the sidecar answers by itself, so that no app's time is in the figure.</summary>
    /// <param name="stamp">When the change began, as a <see cref="System.Diagnostics.Stopwatch"/> timestamp: one clock for all processes of a machine.</param>
    public static string Route(long stamp) => Routes([0], $"{Stamp.One}{stamp}{HostSuffix}");

    /// <summary>The same for every service: every route table of every sidecar changes.</summary>
    public string AllRoutes(long stamp) => Routes(Enumerable.Range(0, Services), $"{Stamp.Every}{stamp}{HostSuffix}");

    /// <summary>Where a replica of the first service says it is, so that its endpoint changes and shows when.</summary>
    public static string Zone(long stamp) => $"{Stamp.One}{stamp}{HostSuffix}";

    /// <summary>Finds when the change began in whatever it ended up as; zero: it is not there.</summary>
    public static Stamp StampIn(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf(".moved.bench"u8);
        if (end < 0)
        {
            return default;
        }

        var begin = end;
        while (begin > 0 && char.IsAsciiDigit((char)text[begin - 1]))
        {
            begin--;
        }

        return new Stamp(long.Parse(Encoding.ASCII.GetString(text[begin..end]), CultureInfo.InvariantCulture), begin > 0 && text[begin - 1] == Stamp.Every);
    }

    private static string Routes(IEnumerable<int> services, string host)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""
            apiVersion: mesh.dev/v1alpha1
            kind: HttpRoute
            metadata: { name: {{RouteName}}, namespace: bench }
            spec:
              to:

            """);
        foreach (var service in services)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                  - targetRef: { kind: Service, name: {{Name(service)}} }
                    rules:
                    - default:
                        filters:
                        - { type: RequestRedirect, requestRedirect: { hostname: {{host}} } }

                """);
        }

        return text.ToString();
    }
}

using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Mesh.Proxy.Telemetry;

/// <summary>Writes metrics in Prometheus' text format 0.0.4, with the names that OpenTelemetry's compatibility rules give them.</summary>
internal static class PrometheusText
{
    /// <summary>The media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes all.</summary>
    public static string Write(IEnumerable<MetricTable> tables)
    {
        var text = new StringBuilder();
        var before = "";
        foreach (var table in tables)
        {
            // Instruments that differ by their buckets alone are one metric.
            Write(text, table, isMore: table.Instrument.Name == before);
            before = table.Instrument.Name;
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, MetricTable table, bool isMore)
    {
        var isHistogram = table.BucketBounds is not null;
        var isCounter = table.Instrument is Counter<long>;
        var name = Name(table.Instrument, isCounter);
        if (!isMore)
        {
            text.Append("# HELP ").Append(name).Append(' ').Append(table.Instrument.Description).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(isHistogram ? "histogram" : isCounter ? "counter" : "gauge").Append('\n');
        }

        foreach (var series in table.Series)
        {
            if (isHistogram)
            {
                WriteHistogram(text, name, series, table.BucketBounds!);
            }
            else
            {
                Line(text, name, series, le: null, series.Sum);
            }
        }
    }

    private static void WriteHistogram(StringBuilder text, string name, MetricSeries series, double[] bounds)
    {
        long total = 0;
        for (var i = 0; i < bounds.Length; i++)
        {
            total += series.Bucket(i);
            Line(text, $"{name}_bucket", series, bounds[i].ToString(CultureInfo.InvariantCulture), total);
        }

        total += series.Bucket(bounds.Length);
        Line(text, $"{name}_bucket", series, "+Inf", total);
        Line(text, $"{name}_sum", series, le: null, series.Sum);
        Line(text, $"{name}_count", series, le: null, total);
    }

    private static void Line(StringBuilder text, string name, MetricSeries series, string? le, double value)
    {
        text.Append(name);
        var separator = '{';
        foreach (var (key, tag) in series.Tags)
        {
            text.Append(separator).Append(key.Replace('.', '_')).Append("=\"");
            Escape(text, Convert.ToString(tag, CultureInfo.InvariantCulture) ?? "");
            text.Append('"');
            separator = ',';
        }

        if (le is not null)
        {
            text.Append(separator).Append("le=\"").Append(le).Append('"');
            separator = ',';
        }

        if (separator == ',')
        {
            text.Append('}');
        }

        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static void Escape(StringBuilder text, string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append(@"\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append(@"\n"),
                _ => text.Append(c),
            };
        }
    }

    private static string Name(Instrument instrument, bool isCounter)
    {
        var name = instrument.Name.Replace('.', '_');
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "", // {request} and the like are annotations
        };
        return $"{name}{unit}{(isCounter ? "_total" : "")}";
    }
}

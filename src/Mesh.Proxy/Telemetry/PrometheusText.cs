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
    /// <param name="tables">The instruments, of those of one name the newest last.</param>
    public static string Write(IEnumerable<MetricTable> tables)
    {
        var text = new StringBuilder();
        foreach (var metric in tables.GroupBy(table => table.Instrument.Name, StringComparer.Ordinal))
        {
            // Instruments that differ by their buckets alone are one metric.
            Write(text, [.. metric]);
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, MetricTable[] tables)
    {
        var instrument = tables[0].Instrument;
        var isHistogram = tables[0].BucketBounds is not null;
        var isCounter = instrument is Counter<long>;
        var name = Name(instrument, isCounter);
        text.Append("# HELP ").Append(name).Append(' ').Append(instrument.Description).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(isHistogram ? "histogram" : isCounter ? "counter" : "gauge").Append('\n');
        if (isHistogram)
        {
            foreach (var (labels, histogram) in Merged(tables))
            {
                Write(text, name, labels, histogram);
            }
        }
        else
        {
            foreach (var series in tables.SelectMany(table => table.Series))
            {
                Line(text, name, Labels(series), le: null, series.Sum);
            }
        }
    }

    // A policy may give buckets to what was counted in others before: a series that is written twice costs the scraper all of them.
    private static Dictionary<string, MergedHistogram> Merged(MetricTable[] tables)
    {
        var merged = new Dictionary<string, MergedHistogram>(StringComparer.Ordinal);
        for (var i = tables.Length - 1; i >= 0; i--)
        {
            var bounds = tables[i].BucketBounds!;
            foreach (var series in tables[i].Series)
            {
                var labels = Labels(series);
                if (!merged.TryGetValue(labels, out var histogram))
                {
                    merged[labels] = histogram = new MergedHistogram(bounds);
                }

                histogram.Add(series, bounds);
            }
        }

        return merged;
    }

    private static void Write(StringBuilder text, string name, string labels, MergedHistogram histogram)
    {
        long total = 0;
        for (var i = 0; i < histogram.Bounds.Length; i++)
        {
            total += histogram.Buckets[i];
            Line(text, $"{name}_bucket", labels, histogram.Bounds[i].ToString(CultureInfo.InvariantCulture), total);
        }

        total += histogram.Buckets[^1];
        Line(text, $"{name}_bucket", labels, "+Inf", total);
        Line(text, $"{name}_sum", labels, le: null, histogram.Sum);
        Line(text, $"{name}_count", labels, le: null, total);
    }

    private static string Labels(MetricSeries series)
    {
        var labels = new StringBuilder();
        foreach (var (key, tag) in series.Tags)
        {
            labels.Append(labels.Length > 0 ? "," : "").Append(key.Replace('.', '_')).Append("=\"");
            Escape(labels, Convert.ToString(tag, CultureInfo.InvariantCulture) ?? "");
            labels.Append('"');
        }

        return labels.ToString();
    }

    private static void Line(StringBuilder text, string name, string labels, string? le, double value)
    {
        text.Append(name);
        if (labels.Length > 0 || le is not null)
        {
            text.Append('{').Append(labels);
            if (le is not null)
            {
                text.Append(labels.Length > 0 ? "," : "").Append("le=\"").Append(le).Append('"');
            }

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

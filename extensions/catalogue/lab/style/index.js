import './base.css';
import './results.css';
import './map.css';
import './item.css';
